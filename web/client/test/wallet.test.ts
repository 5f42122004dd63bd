import { expect, test } from "vitest";
import { Wallet } from "../src/money/wallet.js";
import { walletState } from "./fakes/socket.js";

function wallet() {
  const heard: unknown[] = [];
  const wallet = new Wallet();
  wallet.on("changed", (state) => heard.push(state?.version ?? null));
  return { wallet, heard };
}

test("the newest state counts, in whatever order they come", () => {
  const { wallet: ann, heard } = wallet();
  for (const version of [4, 2, 5, 5, 1]) ann.learn(walletState(version, { balance_minor: version }));
  expect(heard).toEqual([4, 5]);
  expect(ann.state?.balance_minor).toBe(5);
});

test("a block and its end are told as such, unless they are older than what is known", () => {
  const { wallet: ann, heard } = wallet();
  ann.on("blocked", ({ wallet, shortfallMinor }) => heard.push(["blocked", wallet.version, shortfallMinor]));
  ann.on("unblocked", ({ version }) => heard.push(["unblocked", version]));
  ann.hear({ type: "account.blocked", wallet: walletState(2), shortfall_minor: 5 });
  ann.hear({ type: "wallet.changed", wallet: walletState(3) });
  ann.hear({ type: "account.unblocked", wallet: walletState(3) });
  ann.hear({ type: "account.blocked", wallet: walletState(2), shortfall_minor: 5 });
  expect(heard).toEqual([2, ["blocked", 2, 5], 3, ["unblocked", 3]]);
});

test("the next one's money is not compared with this one's", () => {
  const { wallet: both, heard } = wallet();
  both.forget();
  both.learn(walletState(40));
  both.forget();
  both.forget();
  both.learn(walletState(2));
  expect(heard).toEqual([40, null, 2]);
});
