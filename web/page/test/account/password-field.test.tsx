import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import "../english.js";
import { PasswordField } from "../../src/ui/field.js";

const html = renderToString(
  <PasswordField label="Password" name="password" autocomplete="new-password" value="" onValue={() => {}} />,
);

test("a password is masked, and may be pasted and kept by a password manager", () => {
  expect(html).toMatch(/<input[^>]* type="password"/);
  expect(html).toContain('autocomplete="new-password"');
  expect(html).not.toMatch(/onpaste|maxlength|readonly/i);
});
