import type { Quote } from "@talktime/client";
import { wallet } from "../talktime.js";
import { quoteParts } from "./quote.js";
import "./price-line.css";

/** What calling somebody costs, and for how long there is credit. */
export function QuoteLine({ quote }: { quote: Quote }) {
  return (
    <p class="price-line">
      {quoteParts(quote, wallet.value?.available_minor ?? 0).map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  );
}
