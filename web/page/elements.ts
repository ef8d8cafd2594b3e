// The page's elements, by id.

/** The element of that id. The page's own HTML has it: a missing one is a mistake in the page. */
export function element<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element #${id}`);
  return found as Type;
}

/** A new element with text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = "",
  className = "",
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** A new button, which does that when it is pressed. */
export function makeButton(text: string, className: string, press: () => void): HTMLButtonElement {
  const button = make("button", text, className);
  button.type = "button";
  button.addEventListener("click", press);
  return button;
}
