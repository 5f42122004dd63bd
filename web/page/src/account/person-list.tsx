import { failureText } from "../failures.js";
import { usePages } from "../load.js";
import { PresenceOf } from "../people/later.js";
import { type ListApi, listsChanged } from "../people/lists.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { Pages } from "../ui/loaded.js";
import { toast } from "../ui/toast.js";
import "../ui/rows.css";

interface PersonListProps {
  list: ListApi;
  label: string;
  hint: string;
  empty: string;
  /** What the button beside each one does. */
  remove: string;
  removeOf: (name: string) => string;
}

/** A list of people, each with a way off it. */
export function PersonList({ list, label, hint, empty, remove, removeOf }: PersonListProps) {
  const pages = usePages((options) => list.load(options), [listsChanged.value]);
  const takeOff = (id: string) => list.remove(id).catch((error: unknown) => toast(failureText(error), "danger"));
  return (
    <div class="stack">
      <p class="muted">{hint}</p>
      <Pages pages={pages} empty={<p class="muted">{empty}</p>}>
        <ul class="rows" aria-label={label}>
          {pages.items?.map(({ id, user_name: name }) => (
            <li key={id}>
              <Avatar name={name} />
              <div class="row-text">
                <a class="row-title" href={`/people/${encodeURIComponent(name)}`}>
                  {name}
                </a>
                <div class="row-detail">
                  <PresenceOf id={id} />
                </div>
              </div>
              <Button small aria-label={removeOf(name)} onClick={() => void takeOff(id)}>
                {remove}
              </Button>
            </li>
          ))}
        </ul>
      </Pages>
    </div>
  );
}
