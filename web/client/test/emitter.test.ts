import { afterEach, expect, test, vi } from "vitest";
import { Emitter } from "../src/emitter.js";

class Bell extends Emitter<{ rung: number; silent: undefined }> {
  ring(times: number): void {
    this.emit("rung", times);
  }

  hush(): void {
    this.emit("silent");
  }
}

afterEach(() => vi.unstubAllGlobals());

test("everybody who listens is told, until they stop", () => {
  const [bell, heard] = [new Bell(), [] as string[]];
  const off = bell.on("rung", (times) => heard.push(`one ${times}`));
  bell.on("rung", (times) => heard.push(`other ${times}`));
  bell.ring(1);
  off();
  off();
  bell.ring(2);
  expect(heard).toEqual(["one 1", "other 1", "other 2"]);
});

test("once is once, also where the event leads to itself", () => {
  const [bell, heard] = [new Bell(), [] as number[]];
  bell.once("rung", (times) => {
    heard.push(times);
    bell.ring(times + 1);
  });
  bell.ring(1);
  bell.ring(7);
  expect(heard).toEqual([1]);
});

test("a listener that throws is reported and stops nobody", () => {
  const [bell, heard, reported] = [new Bell(), [] as number[], [] as unknown[]];
  vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
  const broken = new Error("broken");
  bell.on("rung", () => {
    throw broken;
  });
  bell.on("rung", (times) => heard.push(times));
  bell.ring(3);
  expect(heard).toEqual([3]);
  expect(reported).toEqual([broken]);
});

test("whoever is taken off by another listener is not told any more, whoever comes is told next time", () => {
  const [bell, heard] = [new Bell(), [] as string[]];
  bell.once("silent", () => {
    off();
    bell.on("silent", () => heard.push("new"));
  });
  const off = bell.on("silent", () => heard.push("off"));
  bell.hush();
  expect(heard).toEqual([]);
  bell.hush();
  expect(heard).toEqual(["new"]);
});

test("a function that listens twice is told twice, and stops by halves", () => {
  const [bell, heard] = [new Bell(), [] as number[]];
  const listener = (times: number) => heard.push(times);
  const off = bell.on("rung", listener);
  bell.on("rung", listener);
  bell.ring(1);
  off();
  bell.ring(2);
  expect(heard).toEqual([1, 1, 2]);
});
