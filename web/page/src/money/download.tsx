import type { Days } from "@talktime/client";
import { useState } from "preact/hooks";
import { useSubmission } from "../forms.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Field } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { daysOf } from "./days.js";

/** How long a browser may take to begin with a file that it was given. */
const HANDED_OVER_MS = 60_000;

interface DownloadProps {
  /** Of the file, without its ending. */
  name: string;
  load: (days: Days) => Promise<Blob>;
}

/** What is listed, as a file for spreadsheets. */
export function Download({ name, load }: DownloadProps) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [wrong, setWrong] = useState(false);
  const texts = m().download;
  const { busy, failure, onSubmit } = useSubmission({}, async () => {
    const days = daysOf(from, to);
    setWrong(days === null);
    if (days) hand(await load(days), `${[name, from, to].filter(Boolean).join("-")}.csv`);
  });
  return (
    <form class="card stack" aria-labelledby="download" onSubmit={onSubmit} noValidate>
      <h2 id="download">{texts.title}</h2>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <div class="settings-pair">
        <Field label={texts.from} type="date" value={from} onValue={setFrom} />
        <Field label={texts.to} type="date" value={to} onValue={setTo} error={wrong ? texts.wrong : undefined} />
      </div>
      <p class="field-hint">{texts.hint}</p>
      <div>
        <Button type="submit" busy={busy}>
          {texts.submit}
        </Button>
      </div>
    </form>
  );
}

/** Give the browser a file to keep. The request needs the login's token, so a plain link would not do. */
function hand(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER_MS);
}
