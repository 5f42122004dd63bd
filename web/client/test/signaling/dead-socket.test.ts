import { describe, expect, test } from "vitest";
import { PINGS_MISSED_IN_DOUBT_MAX, PINGS_MISSED_MAX } from "../../src/signaling/link.js";
import { PING_MS } from "../fakes/socket.js";
import { missed, opened, world } from "./world.js";

describe("a dead socket", () => {
  test("is noticed when pings stay away, and left", async () => {
    const { connection, timers } = world;
    const socket = await opened();
    await timers.advance(missed(PINGS_MISSED_MAX) - 1);
    expect(connection.state).toBe("open");
    await timers.advance(1);
    expect([connection.state, socket.closedWith]).toEqual(["waiting", 1000]);
  });

  test("is not one that is heard", async () => {
    const { connection, timers } = world;
    const socket = await opened();
    for (let ping = 0; ping < 20; ping++) {
      await timers.advance(missed(PINGS_MISSED_MAX) - 1);
      if (ping % 2) socket.says({ type: "ping" });
      else socket.frame("nonsense");
    }
    expect(connection.state).toBe("open");
  });

  test("is noticed when the machine wakes up", async () => {
    const { connection, timers } = world;
    await opened();
    await timers.sleep(3_600_000);
    expect(connection.state).toBe("waiting");
  });

  test("is found out soon where the network has changed", async () => {
    const { connection, timers, wake } = world;
    const socket = await opened();
    wake();
    await timers.advance(PING_MS);
    socket.says({ type: "ping" });
    await timers.advance(missed(PINGS_MISSED_IN_DOUBT_MAX));
    expect(connection.state).toBe("open");
    wake();
    await timers.advance(missed(PINGS_MISSED_IN_DOUBT_MAX - 1) - 1);
    expect(connection.state).toBe("open");
    await timers.advance(1);
    expect(connection.state).toBe("waiting");
  });
});
