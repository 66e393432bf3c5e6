// The preview in the browser. States come as server-sent events; what stands on the pages is fetched by
// digest, so an edit costs one chapter here too. A place is an anchor and how far below it one reads:
// that survives new pages, another language and the change between pages and text.
"use strict";

const $ = (id) => document.getElementById(id);
const READING_LINE = 0.25; // of the window: what stands here is what one reads
const leavesOf = new Map(); // digest → promise of the leaves of a unit
let state = null;
let lang = "";
let view = "pages";
let model = null; // the pages shown: see modelOf
let chosen = null; // the place clicked on, until one scrolls on
let turn = 0; // counts the states: a slow answer to an old one is dropped

// ---- what is shown

async function modelOf(edition) {
  const units = await Promise.all(edition.units.map((unit) => fetchLeaves(edition.lang, unit)));
  if (units.some((leaves) => !leaves)) return null;
  const pages = [];
  const anchors = new Map();
  const marks = [];
  edition.units.forEach((unit, at) => {
    units[at].forEach((leaf, index) => {
      const number = unit.first + index;
      pages[number - 1] = { unit, leaf, index: index + 1, src: `/page/${edition.lang}/${unit.look}/${index + 1}.png` };
      for (const [anchor, x, y, place, translated] of leaf.marks) {
        const mark = { anchor, x, y, place, translated, page: number };
        if (!anchors.has(anchor)) anchors.set(anchor, mark);
        marks.push(mark);
      }
    });
  });
  for (let at = 0; at < pages.length; at++) pages[at] ??= null; // blank pages between units
  return { edition, pages, anchors, marks };
}

function fetchLeaves(language, unit) {
  if (!leavesOf.has(unit.facts)) {
    const answer = fetch(`/leaves/${language}/${unit.facts}.json`).then((found) => (found.ok ? found.json() : null));
    leavesOf.set(unit.facts, answer);
    answer.then((leaves) => leaves || leavesOf.delete(unit.facts), () => leavesOf.delete(unit.facts));
  }
  return leavesOf.get(unit.facts);
}

async function show(place) {
  const mine = ++turn;
  const edition = state.editions.find((one) => one.lang === lang) ?? state.editions[0];
  if (!edition) {
    tellStatus();
    return;
  }
  const next = await modelOf(edition).catch(() => null);
  if (mine !== turn || !next) return; // newer pages are on their way
  const kept = place ?? whereWeAre();
  lang = edition.lang;
  model = next;
  forget();
  showLanguages();
  drawLeaves();
  if (view === "text") showText(kept);
  else goTo(kept);
  loadPictures();
  showFindings();
  tellPlace();
  tellStatus();
  showPlace();
}

function forget() {
  const known = new Set(state.editions.flatMap((edition) => edition.units.map((unit) => unit.facts)));
  for (const digest of leavesOf.keys()) if (!known.has(digest)) leavesOf.delete(digest);
}

function drawLeaves() {
  const { edition, pages } = model;
  const desk = $("pages");
  desk.querySelector("p")?.remove();
  desk.dir = edition.direction; // the first page of a book read from right to left lies on the left
  while (desk.children.length > pages.length) desk.lastChild.remove();
  pages.forEach((page, at) => {
    const leaf = desk.children[at] ?? desk.appendChild(newLeaf(at + 1));
    leaf.style.aspectRatio = `${edition.width_mm} / ${edition.height_mm}`;
    drawLeaf(leaf, page, at + 1);
  });
  $("count").textContent = `of ${pages.length}`;
  $("title").textContent = edition.title;
  document.title = `${edition.title} (${edition.lang})`;
  desk.lang = edition.lang;
}

function newLeaf(number) {
  const leaf = document.createElement("figure");
  leaf.className = "leaf";
  leaf.dataset.page = number;
  near.observe(leaf);
  return leaf;
}

function drawLeaf(leaf, page, number) {
  leaf.classList.toggle("stale", Boolean(page && !page.unit.fresh));
  const picture = leaf.querySelector("img");
  if (!page) {
    picture?.remove();
  } else {
    const img = picture ?? leaf.appendChild(document.createElement("img"));
    img.decoding = "sync";
    img.alt = `Page ${page.leaf.folio || number}: ${page.unit.title}`;
  }
  if (leaf.dataset.near) drawOver(leaf);
}

// Pictures are asked for near the window only, those in sight first: one waits for them. An old picture
// stays until the new one is there.
let wave = 0;
function loadPictures() {
  const mine = ++wave;
  const desk = $("pages").getBoundingClientRect();
  const inSight = (leaf) => {
    const edges = leaf.getBoundingClientRect();
    return edges.bottom > desk.top && edges.top < desk.bottom;
  };
  const loads = [...$("pages").children].filter(inSight).map(loadPicture);
  Promise.all(loads).then(() => {
    if (mine === wave) document.querySelectorAll(".leaf[data-near]").forEach(loadPicture);
  });
}

function loadPicture(leaf) {
  const img = leaf.querySelector("img");
  const page = model?.pages[leaf.dataset.page - 1];
  if (!img || !page || img.dataset.look === page.leaf.look) return null;
  img.dataset.look = page.leaf.look;
  img.src = page.src;
  return new Promise((ended) => {
    img.onload = ended;
    img.onerror = () => {
      delete img.dataset.look; // it has gone: there are newer pages, perhaps known already
      if (model.pages[leaf.dataset.page - 1]?.src !== page.src) loadPicture(leaf);
      ended();
    };
  });
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        target.dataset.near = "yes";
        loadPicture(target);
        drawOver(target);
      } else {
        delete target.dataset.near;
        clearOver(target);
      }
    }
  },
  { root: $("pages"), rootMargin: "50% 0px" },
);

function clearOver(leaf) {
  leaf.querySelectorAll("a, .flag, .mark, figcaption").forEach((one) => one.remove());
}

function drawOver(leaf) {
  clearOver(leaf);
  const number = Number(leaf.dataset.page);
  const page = model?.pages[number - 1];
  const caption = leaf.appendChild(document.createElement("figcaption"));
  caption.textContent = page?.leaf.folio === String(number) ? "" : `${number}`;
  if (!page) return;
  for (const [left, top, right, bottom, anchor] of page.leaf.jumps) {
    const link = leaf.appendChild(document.createElement("a"));
    link.href = `#${lang}/${anchor}`;
    link.tabIndex = -1; // the text view has the same links in reading order
    link.setAttribute("aria-label", anchor);
    Object.assign(link.style, box(left, top, right, bottom));
  }
  for (const { finding, mark } of placedFindings.filter((one) => one.mark?.page === number)) {
    const flag = leaf.appendChild(document.createElement("button"));
    flag.type = "button";
    flag.className = `flag ${finding.severity}`;
    flag.textContent = finding.code;
    flag.title = finding.message;
    flag.style.top = percent(mark.y);
    flag.onclick = () => finding.item?.scrollIntoView({ block: "center" });
  }
  if (chosen?.page === number) {
    const bar = leaf.appendChild(document.createElement("span"));
    bar.className = "mark";
    bar.style.top = percent(chosen.y);
  }
}

const percent = (share) => `${(share * 100).toFixed(2)}%`;
const box = (left, top, right, bottom) => ({
  left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top),
});

// ---- the reader's place

// While nobody scrolls, one is where one was led to: a spread has two places at the reading line, the
// end of the book has places that cannot come up to it, and a window may change its size.
let held = null; // { model, place }
let frame = ""; // size of the desk when the place was last known
const size = () => `${$("pages").clientWidth} ${$("pages").clientHeight}`;

function whereWeAre() {
  if (!model) return placeInAddress();
  if (view === "text") return placeInText();
  const desk = $("pages");
  if (held?.model === model) return held.place;
  const reading = desk.scrollTop + desk.clientHeight * READING_LINE;
  const leaf = [...desk.children].find((one) => one.offsetTop + one.offsetHeight > reading) ?? desk.lastElementChild;
  if (!leaf) return null;
  const page = Number(leaf.dataset.page);
  const y = Math.max(0, (reading - leaf.offsetTop) / leaf.offsetHeight);
  return { page, y, trail: trailTo(page, y) };
}

function trailTo(page, y) {
  return model.marks.filter((mark) => mark.page < page || (mark.page === page && mark.y <= y)).slice(-40).reverse();
}

function goTo(place) {
  if (!place || !model) return;
  let { page, y } = place;
  // The nearest anchor above that this edition has too; pages and lines differ, anchors do not.
  const known = place.trail?.find((mark) => model.anchors.has(mark.anchor));
  let trail = null;
  if (known) {
    const here = model.anchors.get(known.anchor);
    const below = known.page === place.page ? place.y - known.y : 0;
    page = here.page;
    y = here.y + (below < 0.5 ? below : 0);
    trail = [here];
  }
  page = Math.min(Math.max(page, 1), model.pages.length);
  const desk = $("pages");
  const leaf = desk.children[page - 1];
  if (!leaf) return;
  desk.scrollTop = leaf.offsetTop + y * leaf.offsetHeight - desk.clientHeight * READING_LINE;
  held = { model, top: desk.scrollTop, place: { page, y, trail: [...(trail ?? []), ...trailTo(page, y)] } };
}

const placeOf = (anchor) => {
  const mark = model.anchors.get(anchor);
  return mark ? { page: mark.page, y: mark.y, trail: [mark] } : null;
};

function placeInAddress() {
  const [, anchor] = decodeURIComponent(location.hash.slice(1)).split("/");
  return anchor ? { page: 1, y: 0, trail: [{ anchor, page: 1, y: 0 }] } : { page: 1, y: 0 };
}

let late = 0;
function tellPlace() {
  clearTimeout(late);
  late = setTimeout(() => {
    const place = whereWeAre();
    if (!place || !model) return;
    const anchor = place.trail?.[0]?.anchor ?? "";
    history.replaceState(null, "", `#${lang}/${encodeURIComponent(anchor)}`);
    if (document.activeElement !== $("number")) $("number").value = place.page;
    const unit = (model.pages[place.page - 1] ?? model.pages[place.page - 2])?.unit.id ?? "";
    const said = JSON.stringify({ language: lang, unit });
    if (said !== told) fetch("/looking", { method: "POST", body: said }).catch(() => {});
    told = said;
  }, 150);
}
let told = "";

// ---- the source of what one reads

function showPlace() {
  const where = chosen ?? whereWeAre();
  const page = model?.pages[where?.page - 1];
  const own = (mark) => mark.place && model.pages[mark.page - 1]?.unit === page?.unit;
  const place = chosen ?? where?.trail?.find(own);
  const places = $("places");
  places.replaceChildren();
  if (!place?.place) {
    places.append(line("p", "quiet", "Nobody wrote this: it is made from the rest of the book."));
  } else {
    places.append(placeLine(place.place));
    if (place.translated) places.append(placeLine(place.translated));
  }
  $("unit").replaceChildren();
  if (page) {
    const open = document.createElement("a");
    open.href = `/unit/${lang}/${page.unit.look}.pdf#page=${page.index}`;
    open.target = "_blank";
    open.rel = "noopener";
    open.textContent = `“${page.unit.title}” as PDF`;
    $("unit").append(open);
  }
}

function placeLine([path, lineNumber, column]) {
  const row = line("div", "place", "");
  const where = `${path}:${lineNumber}`;
  const code = line("code", "", where);
  const open = document.createElement("a");
  open.href = encodeURI(`vscode://file${state.root.startsWith("/") ? "" : "/"}${state.root}/${path}:${lineNumber}:${column}`);
  open.append(code);
  open.title = "Open in VS Code";
  const copy = line("button", "", "Copy");
  copy.type = "button";
  copy.setAttribute("aria-label", `Copy ${where}`);
  copy.onclick = async () => {
    await navigator.clipboard.writeText(where).catch(() => getSelection().selectAllChildren(code));
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1200);
  };
  row.append(open, copy);
  return row;
}

function line(tag, kind, text) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}

function choose(mark) {
  const before = chosen?.page;
  chosen = mark;
  for (const number of new Set([before, mark?.page])) {
    const leaf = number && $("pages").children[number - 1];
    if (leaf?.dataset.near) drawOver(leaf);
  }
  showPlace();
}

$("pages").addEventListener("click", (event) => {
  const leaf = event.target.closest(".leaf");
  if (!leaf || !model || event.target.closest("a, button")) return;
  const page = Number(leaf.dataset.page);
  const edges = leaf.getBoundingClientRect();
  const x = (event.clientX - edges.left) / edges.width;
  const y = (event.clientY - edges.top) / edges.height + 0.004;
  const written = model.marks.filter((mark) => mark.place);
  const before = (mark) => mark.page < page || (mark.page === page && (mark.y < y - 0.02 || (mark.y <= y && mark.x <= x)));
  const unit = model.pages[page - 1]?.unit;
  choose(written.findLast((mark) => before(mark) && model.pages[mark.page - 1]?.unit === unit) ?? null);
});
$("pages").addEventListener("dblclick", () => $("places").querySelector("a")?.click());

// ---- findings

let placedFindings = [];

function markOf(place) {
  if (!place || !model) return null;
  const [path, lineNumber, column] = place;
  let best = null;
  let bestLine = [0, 0];
  for (const mark of model.marks) {
    for (const own of [mark.place, mark.translated]) {
      if (!own || own[0] !== path) continue;
      const before = own[1] < lineNumber || (own[1] === lineNumber && own[2] <= column);
      const later = own[1] > bestLine[0] || (own[1] === bestLine[0] && own[2] > bestLine[1]);
      if (before && later) [best, bestLine] = [mark, [own[1], own[2]]];
    }
  }
  return best;
}

function showFindings() {
  placedFindings = state.findings.map((finding) => ({ finding, mark: markOf(finding.place) }));
  const list = $("list");
  const at = list.parentElement.parentElement.scrollTop;
  list.replaceChildren(...placedFindings.map(({ finding, mark }) => findingItem(finding, mark)));
  list.parentElement.parentElement.scrollTop = at;
  $("failures").replaceChildren(...state.failures.map((text) => line("li", "", text)));
  const counted = ["error", "warning", "note"].map((kind) => {
    const count = state.findings.filter((one) => one.severity === kind).length;
    return count ? `${count} ${kind}${count > 1 ? "s" : ""}` : "";
  });
  $("findings-title").textContent = `Findings: ${counted.filter(Boolean).join(", ") || "none"}`;
  document.querySelectorAll(".leaf[data-near]").forEach(drawOver);
}

function findingItem(finding, mark) {
  const item = line("li", finding.severity, "");
  finding.item = item;
  item.append(line("span", "kind", `${finding.severity} ${finding.code}`), ` ${finding.message}`);
  if (finding.hint) item.append(line("p", "hint", finding.hint));
  if (finding.place) item.append(placeLine(finding.place));
  if (mark) {
    const go = line("button", "", `Page ${mark.page}`);
    go.type = "button";
    go.onclick = () => {
      setView("pages");
      goTo({ page: mark.page, y: mark.y });
      choose(mark);
    };
    item.querySelector(".place").append(go);
  }
  return item;
}

// ---- state, languages, views

function tellStatus() {
  const status = $("status");
  const busy = state.setting + (state.checking ? 1 : 0);
  status.className = state.broken ? "broken" : busy ? "busy" : "";
  status.textContent = state.broken
    ? "Last good pages: the newest text cannot be set"
    : state.setting
      ? `Setting ${state.setting} ${state.setting > 1 ? "chapters" : "chapter"} …`
      : state.checking
        ? "Checking …"
        : "Up to date";
  if (!model && !$("pages").children.length) $("pages").append(line("p", "", state.broken ? "No pages yet." : "Setting the first pages …"));
}

function showLanguages() {
  const buttons = state.editions.map((edition) => {
    const button = line("button", "", edition.name);
    button.type = "button";
    button.lang = edition.lang;
    button.setAttribute("aria-pressed", String(edition.lang === lang));
    if (edition.translated_percent !== "100") button.append(line("small", "", ` ${edition.translated_percent} %`));
    button.onclick = () => {
      const place = whereWeAre();
      lang = edition.lang;
      chosen = null;
      show(place);
    };
    return button;
  });
  const focused = $("languages").contains(document.activeElement) ? lang : "";
  $("languages").replaceChildren(...buttons);
  if (focused) $("languages").querySelector(`[lang="${focused}"]`)?.focus();
}

function setView(name) {
  if (name === view) return;
  const place = whereWeAre();
  view = name;
  $("view-pages").setAttribute("aria-pressed", String(name === "pages"));
  $("view-text").setAttribute("aria-pressed", String(name === "text"));
  $("pages").hidden = name !== "pages";
  $("text").hidden = name !== "text";
  if (!model) return;
  if (name === "text") showText(place);
  else goTo(place);
}

let textShown = "";
function showText(place) {
  const frame = $("text");
  const wanted = `${lang} ${model.edition.text}`;
  const settle = () => {
    const page = frame.contentDocument;
    const known = place?.trail?.find((mark) => page.getElementById(mark.anchor));
    if (known) frame.contentWindow.scrollTo(0, topOf(page.getElementById(known.anchor), frame) - frame.clientHeight * READING_LINE);
  };
  if (wanted === textShown) return settle();
  textShown = wanted;
  frame.onload = () => {
    settle();
    frame.contentDocument.addEventListener("scroll", tellPlaceSoon, { passive: true });
    frame.contentDocument.addEventListener("click", (event) => {
      for (let at = event.target; at?.closest; at = at.parentElement) {
        const mark = at.id && model.anchors.get(at.id);
        if (mark?.place) return choose(mark);
      }
    });
  };
  frame.src = `/text/${lang}.html?${model.edition.text}`;
}

const topOf = (element, frame) => element.getBoundingClientRect().top + frame.contentWindow.scrollY;

function placeInText() {
  const page = $("text").contentDocument;
  const line = $("text").clientHeight * READING_LINE + 2;
  const above = [...(page?.querySelectorAll("[id]") ?? [])].filter(
    (one) => model.anchors.has(one.id) && one.getBoundingClientRect().top <= line,
  );
  const trail = above.slice(-40).reverse().map((one) => model.anchors.get(one.id));
  return trail.length ? { page: trail[0].page, y: trail[0].y, trail } : { page: 1, y: 0 };
}

function tellPlaceSoon() {
  if (view === "pages") {
    if (frame && frame !== size()) return; // the window changes, nobody scrolls: see below
    if (held && Math.abs(held.top - $("pages").scrollTop) < 1) return;
    held = null;
  }
  if (chosen) choose(null);
  tellPlace();
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (view === "pages" && model && !held) held = { model, top: $("pages").scrollTop, place: whereWeAre() };
    showPlace();
  }, 80);
}
let soon = 0;

new ResizeObserver(() => {
  frame = size();
  if (model && view === "pages") goTo(whereWeAre());
}).observe($("pages"));
$("pages").addEventListener("scroll", tellPlaceSoon, { passive: true });
$("view-pages").onclick = () => setView("pages");
$("view-text").onclick = () => setView("text");
$("go").onsubmit = (event) => {
  event.preventDefault();
  const wanted = $("number").value.trim();
  const folio = model?.pages.findIndex((page) => page?.leaf.folio === wanted) + 1;
  const page = /^\d+$/.test(wanted) && wanted <= model?.pages.length ? Number(wanted) : folio;
  if (page) goTo({ page, y: READING_LINE });
};
$("spreads").onchange = () => setSpreads($("spreads").checked);

function setSpreads(two) {
  const place = whereWeAre();
  $("spreads").checked = two;
  $("pages").classList.toggle("two", two);
  goTo(place);
}
const wide = matchMedia("(min-width: 90rem)");
wide.onchange = () => setSpreads(wide.matches);
setSpreads(wide.matches);

addEventListener("hashchange", () => {
  const [, anchor] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (!model || !model.anchors.has(anchor)) return;
  if (view === "text") showText(placeOf(anchor));
  else goTo(placeOf(anchor));
  choose(model.anchors.get(anchor));
});
lang = decodeURIComponent(location.hash.slice(1)).split("/")[0];
const events = new EventSource("/events");
events.addEventListener("state", (event) => {
  state = JSON.parse(event.data);
  if (state.editions.some((edition) => edition.units.length)) show();
  else {
    tellStatus();
    showFindings();
  }
});
events.onerror = () => {
  $("status").className = "gone";
  $("status").textContent = "The preview has stopped. Start it again: bookbuild preview";
};
events.onopen = () => state && tellStatus();
