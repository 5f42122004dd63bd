import type { Call, LowFunds as Facts } from "@talktime/client";
import { useEffect, useRef } from "preact/hooks";
import { late } from "../late.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { useChanges } from "./use-changes.js";

// Most calls end before their money does.
const Warning = late(async () => (await import("./low-funds-warning.js")).Warning, "aside");

/** The next minute cannot be paid: how long the call still lasts, and how to let it go on. */
export function LowFunds({ call }: { call: Call }) {
  useChanges(call);
  const { lowFunds } = call;
  useGoingOn(lowFunds, call.state === "ended");
  return lowFunds && <Warning call={call} facts={lowFunds} />;
}

/** Say it when the money came in time. */
function useGoingOn(lowFunds: Facts | null, ended: boolean): void {
  const before = useRef(lowFunds);
  useEffect(() => {
    if (before.current && !lowFunds && !ended) announce(t().calling.goesOn);
    before.current = lowFunds;
  }, [lowFunds, ended]);
}
