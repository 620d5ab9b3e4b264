// Searches the index of a frozen copy in the page: every word has to occur, accents and capitals make no difference.
"use strict";

(() => {
  const MOST = 200;
  const index = globalThis.g7graphIndex;
  const list = document.getElementById("found");
  const status = document.getElementById("found-count");
  const field = document.getElementById("q");
  const language = Math.max(0, index.languages.indexOf(document.documentElement.lang));
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const things = index.things.map(([href, code, kinds, names, text]) => ({
    href,
    code,
    kinds: kinds.map((kind) => index.kinds[kind][language]),
    name: names[language],
    text,
    foldedCode: fold(code),
    foldedName: fold([...new Set(names)].join(" ")),
    foldedText: fold(text),
  }));

  // Smaller is better: the code itself, a word at the beginning of the name, in the name, in the rest.
  function distance(thing, words) {
    if (words.length === 1 && thing.foldedCode === words[0]) return 0;
    let worst = 0;
    for (const word of words) {
      const here =
        thing.foldedCode === word || thing.foldedName.startsWith(word) ? 1
          : thing.foldedName.includes(` ${word}`) ? 2
            : thing.foldedName.includes(word) ? 3
              : thing.foldedText.includes(word) ? 4 : Infinity;
      worst = Math.max(worst, here);
    }
    return worst;
  }

  function excerpt(thing, words) {
    const place = Math.min(...words.map((word) => thing.foldedText.indexOf(word)).filter((at) => at >= 0));
    if (!Number.isFinite(place)) return "";
    const start = Math.max(0, place - 60);
    const cut = thing.text.slice(start, place + 140).replace(/\s+/g, " ");
    return `${start ? "…" : ""}${cut}${place + 140 < thing.text.length ? "…" : ""}`;
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function shown(thing, words) {
    const link = element("a", thing.name);
    link.href = thing.href + list.dataset.ending;
    const term = document.createElement("dt");
    if (thing.code) term.append(element("span", thing.code, "code"), " ");
    term.append(link);
    for (const kind of thing.kinds) term.append(" ", element("span", kind, "tag"));
    return [term, element("dd", excerpt(thing, words))];
  }

  function search() {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    const found = !words.length ? [] : things
      .map((thing) => [distance(thing, words), thing])
      .filter(([far]) => Number.isFinite(far))
      .sort(([one], [other]) => one - other);
    list.replaceChildren(...found.slice(0, MOST).flatMap(([, thing]) => shown(thing, words)));
    const said = found.length > MOST ? status.dataset.cut.replace("{most}", MOST) : status.dataset.found;
    status.textContent = words.length ? said.replace("{count}", found.length) : "";
  }

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", search);
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    search();
  });
  document.getElementById("no-script").remove();
  search();
})();
