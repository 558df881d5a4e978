/* The menu is open where there is room for it, and the search shows what it finds in place of the page. */
const { up = "" } = document.documentElement.dataset;
const menu = document.querySelector("nav details");
const wide = matchMedia("(min-width: 60rem)");
const setMenu = () => menu.open = wide.matches;
setMenu();
wide.addEventListener("change", setMenu);

const search = new MiniSearch({
  fields: ["heading", "page", "text"],
  storeFields: ["heading", "page", "text"],
  searchOptions: { boost: { heading: 4, page: 3 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
});
search.addAll(globalThis.searchEntries);

const results = document.querySelector("#results");
const article = document.querySelector("article");
const input = document.querySelector("input[type=search]");
const title = document.title;

/** A part of a text around the first of the words that were found. */
function excerpt(text, terms) {
  const at = Math.max(0, ...terms.slice(0, 1).map((term) => text.toLowerCase().indexOf(term)));
  const start = Math.max(0, at - 60);
  return `${start > 0 ? "… " : ""}${text.slice(start, start + 180)}${text.length > start + 180 ? " …" : ""}`;
}

function show({ id, page, heading, text, terms }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = up + id;
  link.textContent = heading === page ? page : `${page} › ${heading}`;
  const words = document.createElement("p");
  words.textContent = excerpt(text, terms);
  item.append(link, words);
  return item;
}

function find() {
  const query = input.value.trim();
  results.hidden = query === "";
  article.hidden = query !== "";
  document.title = title;
  if (query === "") return;
  const found = search.search(query).slice(0, 30);
  document.title = `${query}: ${found.length} found`;
  const list = document.createElement("ol");
  list.append(...found.map(show));
  const head = document.createElement("h1");
  head.textContent = found.length === 0 ? `Nothing is found for “${query}”` : `Search: ${query}`;
  results.replaceChildren(head, list);
}

input.addEventListener("input", find);
results.addEventListener("click", ({ target }) => {
  // A result on this very page changes the anchor alone.
  if (target.tagName !== "A") return;
  input.value = "";
  find();
});
input.form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("keydown", (event) => {
  if (event.key !== "/" || document.activeElement === input) return;
  event.preventDefault();
  input.focus();
});
input.value = new URLSearchParams(location.search).get("q") ?? input.value;
find();
