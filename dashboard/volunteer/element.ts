/** Elements out of tags, attributes and children. Text becomes text nodes: nothing that came from elsewhere is markup. */
type Value = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | undefined | false;

/** A function is a listener ("onclick"); true an attribute without value; false and undefined none. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false)
      made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) made.append(child);
  return made;
}
