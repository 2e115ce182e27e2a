// Finds the elements of a role and a name, as a screen reader is told them: those of
// exactly that name or, without such, those whose name has it somewhere. Returns where the
// first of them is, once it stands still and nothing lies over it.
(async (role, name, within) => {
  // Only what can have the role at all is asked for it: that takes a while each time.
  const native = {
    button: "button,summary,input", link: "a", textbox: "input,textarea", searchbox: "input", spinbutton: "input", checkbox: "input", radio: "input", switch: "input,button",
    combobox: "input,button,select", option: "option", heading: "h1,h2,h3,h4,h5,h6", form: "form", dialog: "dialog", list: "ul,ol", listitem: "li", row: "tr", cell: "td",
    columnheader: "th", table: "table", navigation: "nav", main: "main", img: "img,svg", group: "fieldset,details", radiogroup: "fieldset",
  };
  const of = (element) => [element.computedRole, element.computedName.replace(/\s+/g, " ").trim()];
  const find = (root, role, name) => {
    const same = [], like = [];
    for (const element of root.querySelectorAll(`[role="${role}"]` + (native[role] ? "," + native[role] : ""))) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const [is, called] = of(element);
      if (is !== role) continue;
      if (called === name || name === "") same.push(element);
      else if (called.includes(name)) like.push(element);
    }
    return same.length ? same : like;
  };
  let root = document;
  if (within) root = find(document, within[0], within[1])[0];
  const [element] = root ? find(root, role, name) : [];
  if (!element) return null;
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const place = () => element.getBoundingClientRect();
  const before = place();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const { x, y, width, height } = place();
  // Whether the next press of the mouse is on it: pages may move under the mouse.
  window.pressed = undefined;
  addEventListener("pointerdown", ({ target }) => (window.pressed = element.contains(target) || [...(element.labels ?? [])].some((label) => label.contains(target))), { capture: true, once: true });
  const still = before.x === x && before.y === y;
  // A label may lie over the field that it belongs to.
  const over = document.elementFromPoint(x + width / 2, y + height / 2);
  const free = over && (element.contains(over) || over.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(over)));
  return {
    x: x + width / 2, y: y + height / 2, reachable: Boolean(still && free),
    over: over ? over.outerHTML.slice(0, 120) : "",
    value: element.value ?? element.textContent ?? "",
    checked: element.ariaChecked === "true" || element.checked === true,
    disabled: element.matches(":disabled") || element.ariaDisabled === "true",
    focused: document.activeElement === element,
  };
})
