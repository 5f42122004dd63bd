import "./avatar.css";

const HUES = 6;

/** The first letter of a name, always in the same colour. The name stands beside it. */
export function Avatar({
  name,
  size = "medium",
}: {
  name: string;
  size?: "small" | "medium" | "large" | undefined;
}) {
  return (
    <span class={`avatar ${size} hue-${hueOf(name)}`} aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}
