<#ftl output_format="undefined">
"use strict";
(function () {
  var HEIGHT = 60;
  var SPARE = 6;
  function read(id) { return JSON.parse(document.getElementById(id).textContent); }
  var head = read("head");
  var texts = read("texts");
  var rows = read("index"); // id, a number for each column, headline, words
  var columns = head.columns.length;
  var lines = document.getElementById("details").textContent.split("\n");
  var list = document.getElementById("list");
  var space = document.getElementById("space");
  var article = document.getElementById("row");
  var words = document.getElementById("words");
  var count = document.getElementById("count");
  var clear = document.getElementById("clear");
  var form = document.getElementById("filters");
  var shown = [];
  var at = -1; // in shown
  var opened = -1; // in rows
  var lower = null;

  function element(name, attributes) {
    var made = document.createElement(name);
    for (var key in attributes) {
      if (key === "text") { made.textContent = attributes[key]; } else { made.setAttribute(key, attributes[key]); }
    }
    for (var i = 2; i < arguments.length; i++) {
      if (arguments[i]) { made.append(arguments[i]); }
    }
    return made;
  }
  function number(value) { return value.toLocaleString("en-US"); }
  function badge(outcome) { return element("span", { "class": "badge", "data-outcome": outcome, text: outcome }); }
  function value(row, column) { return head.values[column][rows[row][1 + column]]; }
  function verdict(row) { return value(row, columns - 1); }
  function line(text, length) { return text.slice(0, length).replace(/\s+/g, " ").trim(); }

  // Filters

  var selects = head.columns.map(function (name, column) {
    var select = element("select", { "data-column": name });
    select.append(element("option", { value: "-1", text: "all" }));
    head.values[column].forEach(function (text, index) { select.append(element("option", { value: index, text: text })); });
    form.append(element("label", {}, element("span", { text: name }), select));
    select.addEventListener("change", filter);
    return select;
  });

  /** For each word, which texts hold it. */
  function holders(query) {
    var asked = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (asked.length && !lower) { lower = texts.map(function (text) { return text.toLowerCase(); }); }
    return asked.map(function (word) {
      var holds = new Uint8Array(texts.length);
      for (var i = 0; i < texts.length; i++) { holds[i] = lower[i].includes(word) ? 1 : 0; }
      return { word: word, holds: holds };
    });
  }
  function says(row, asked) {
    return asked.every(function (each) {
      return each.holds[row[1 + columns]] || row[0].toLowerCase().includes(each.word)
        || row[2 + columns].some(function (text) { return each.holds[text]; });
    });
  }
  function filter() {
    var wanted = selects.map(function (select) { return Number(select.value); });
    var asked = holders(words.value);
    var counts = head.values.map(function (values) { return new Int32Array(values.length); });
    var all = new Int32Array(columns);
    var before = at >= 0 ? shown[at] : -1;
    shown = [];
    at = -1;
    for (var i = 0; i < rows.length; i++) {
      var row = rows[i];
      var missed = -1;
      var misses = 0;
      for (var c = 0; c < columns; c++) {
        if (wanted[c] >= 0 && wanted[c] !== row[1 + c]) { misses++; missed = c; }
      }
      if (misses > 1 || asked.length && !says(row, asked)) { continue; }
      for (c = 0; c < columns; c++) {
        if (!misses || missed === c) { counts[c][row[1 + c]]++; all[c]++; }
      }
      if (!misses) {
        if (i === before) { at = shown.length; }
        shown.push(i);
      }
    }
    selects.forEach(function (select, column) {
      select.options[0].text = "all (" + number(all[column]) + ")";
      head.values[column].forEach(function (text, index) {
        select.options[index + 1].text = text + " (" + number(counts[column][index]) + ")";
        select.options[index + 1].disabled = counts[column][index] === 0 && wanted[column] !== index;
      });
    });
    count.textContent = (shown.length === rows.length ? "" : number(shown.length) + " of ") + number(rows.length) + " rows";
    clear.hidden = shown.length === rows.length && !words.value;
    space.style.height = shown.length * HEIGHT + "px";
    if (at < 0 && shown.length) { at = 0; list.scrollTop = 0; } else { reveal(); }
    if (opened < 0) { invite(); }
    draw();
    remember();
  }
  clear.addEventListener("click", function () {
    selects.forEach(function (select) { select.value = "-1"; });
    words.value = "";
    filter();
    list.focus();
  });
  var waiting = 0;
  words.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 90); });
  form.addEventListener("submit", function (event) { event.preventDefault(); filter(); list.focus(); });

  // List: only what can be seen is in the page

  function item(position) {
    var index = shown[position];
    var row = rows[index];
    var first = element("div", { "class": "first" }, badge(verdict(index)), element("b", { text: value(index, 0) }));
    for (var c = 1; c < columns - 1; c++) { first.append(element("span", { "class": "quiet", text: value(index, c) })); }
    first.append(element("span", { "class": "id", text: row[0] }));
    var made = element("div", {
      "class": "item", role: "option", id: "item-" + position, "aria-posinset": position + 1, "aria-setsize": shown.length,
      "aria-selected": position === at
    }, first, element("div", { "class": "second", text: line(texts[row[1 + columns]], 200) }));
    made.style.top = position * HEIGHT + "px";
    return made;
  }
  function draw() {
    var from = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - SPARE);
    var to = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + SPARE);
    var items = [];
    for (var i = from; i < to; i++) { items.push(item(i)); }
    space.replaceChildren.apply(space, items);
    if (at >= from && at < to) { list.setAttribute("aria-activedescendant", "item-" + at); } else { list.removeAttribute("aria-activedescendant"); }
  }
  var drawing = false;
  list.addEventListener("scroll", function () {
    if (!drawing) {
      drawing = true;
      requestAnimationFrame(function () { drawing = false; draw(); });
    }
  });
  addEventListener("resize", draw);
  function reveal() {
    if (at * HEIGHT < list.scrollTop) { list.scrollTop = at * HEIGHT; }
    if ((at + 1) * HEIGHT > list.scrollTop + list.clientHeight) { list.scrollTop = (at + 1) * HEIGHT - list.clientHeight; }
  }
  function move(to) {
    if (!shown.length) { return; }
    at = Math.max(0, Math.min(shown.length - 1, to));
    reveal();
    draw();
    if (opened >= 0) { open(shown[at], false); }
  }
  list.addEventListener("click", function (event) {
    var chosen = event.target.closest(".item");
    if (chosen) {
      at = Number(chosen.id.slice(5));
      draw();
      open(shown[at], narrow());
    }
  });
  function narrow() { return matchMedia("(max-width: 820px)").matches; }

  // One row

  var outcomes = [];
  function marked(text, marks) {
    var pre = element("pre", { tabindex: "0" });
    var edges = [0, text.length];
    marks.forEach(function (mark) { edges.push(mark[0], mark[1]); });
    edges = Array.from(new Set(edges)).sort(function (a, b) { return a - b; });
    for (var i = 0; i + 1 < edges.length; i++) {
      var over = marks.filter(function (mark) { return mark[0] <= edges[i] && mark[1] >= edges[i + 1]; });
      var piece = text.slice(edges[i], edges[i + 1]);
      if (over.length) {
        var told = over.map(function (mark) { return outcomes[mark[2]]; });
        var kind = told.some(function (each) { return each.outcome === "FAIL"; }) ? "fail"
          : told.every(function (each) { return each.outcome === "PASS"; }) ? "pass" : "open";
        pre.append(element("mark", {
          "class": kind, "data-checks": over.map(function (mark) { return mark[2]; }).join(" "), text: piece,
          title: told.map(function (each) { return each.name + ": " + each.outcome; }).join("\n")
        }));
      } else {
        pre.append(piece);
      }
    }
    return pre;
  }
  function meter(shares, threshold) {
    var made = element("div", { "class": "meter", "aria-hidden": "true" });
    shares.forEach(function (share) {
      var bar = element("i", { "class": share[0] });
      bar.style.width = 100 * Math.max(0, Math.min(1, share[1])) + "%";
      made.append(bar);
    });
    if (threshold !== undefined) {
      var tick = element("b", {});
      tick.style.left = "calc(" + 100 * threshold + "% - 1px)";
      made.append(tick);
    }
    return made;
  }
  function legend(entries) {
    var made = element("div", { "class": "legend" });
    entries.forEach(function (entry) {
      made.append(element("span", {}, entry[0] ? element("span", { "class": "key " + entry[0] }) : null, entry[1]));
    });
    return made;
  }
  function table(names, lines, numbers) {
    var top = element("tr", {});
    names.forEach(function (name, c) { top.append(element("th", { scope: "col", "class": numbers.includes(c) ? "number" : "", text: name })); });
    var body = element("tbody", {});
    lines.forEach(function (cells) {
      var made = element("tr", {});
      cells.forEach(function (cell, c) { made.append(element("td", { "class": numbers.includes(c) ? "number" : "", text: cell })); });
      body.append(made);
    });
    return element("div", { "class": "wide" }, element("table", {}, element("thead", {}, top), body));
  }
  function t(index) { return texts[index]; }
  function title(text, extra) { return element("h3", { text: text }, extra); }

  var parts = {
    facts: function (part) {
      var made = element("dl", {});
      part[2].forEach(function (fact) {
        if (t(fact[1])) { made.append(element("dt", { text: t(fact[0]) }), element("dd", { text: t(fact[1]) })); }
      });
      return [made];
    },
    error: function (part) { return [title(t(part[1])), element("pre", { "class": "wrong", text: t(part[2]) })]; },
    text: function (part) { return [title(t(part[1])), marked(t(part[2]), part[3])]; },
    decision: function (part) {
      var right = t(part[3]);
      var chosen = element("p", {}, element("strong", { text: t(part[2]) }), " ", right ? element("span", { "class": right, text: right }) : null);
      var threshold = Number(t(part[5])) || undefined; // what takes any probability has none
      var stated = legend([["", "probability " + t(part[4])]].concat(threshold ? [["", "threshold " + t(part[5])]] : []));
      var all = [title(t(part[1])), chosen, meter([["", Number(t(part[4]))]], threshold), stated,
        element("p", { "class": "quiet", text: t(part[6]) })];
      if (part[7].length) {
        all.push(table(["candidate", "probability", "similarity", "words", "coverage", "preconditions", "conflicts"],
          part[7].map(function (cells) { return cells.map(t); }), [1, 2, 3, 4]));
      }
      return all;
    },
    table: function (part) {
      return [title(t(part[1])), table(part[2].map(t), part[3].map(function (cells) { return cells.map(t); }), [1, 2, 3])];
    },
    checks: function (part) {
      var made = element("ul", { "class": "checks" });
      part[4].forEach(function (check, index) {
        var button = element("button", { type: "button", "data-check": index },
          element("span", { "class": "told" }, badge(t(check[1])), element("strong", { text: t(check[0]) }), element("span", { "class": "quiet", text: t(check[2]) })),
          element("span", { "class": "reason", text: t(check[3]) + (t(check[4]) ? " (at " + t(check[4]) + ")" : "") }));
        button.addEventListener("click", function () { point(index, true); });
        made.append(element("li", {}, button));
      });
      return [title(t(part[1]), badge(t(part[2]))),
        element("p", { "class": "quiet", text: part[4].length
          ? (t(part[3]) ? t(part[3]) + " of the conditions that count pass. " : "") + "Choose one to see what its verdict rests on."
          : "No kernel fits, so nothing is demanded of the answer and nothing can be checked." }), made];
    },
    decoding: function (part) {
      var all = part[2];
      var forced = part[3];
      var made = [title(t(part[1]))];
      if (all) {
        made.push(meter([["forced", forced / all], ["", 1 - forced / all]]),
          legend([["forced", number(forced) + " tokens forced by the mask"], [" ", number(all - forced) + " chosen"],
            ["", part[4] ? number(part[4]) + " entries of the vocabulary kept out at each token" : "no mask kept anything out"]]));
      } else {
        made.push(element("p", { "class": "quiet", text: "Nothing was generated." }));
      }
      part[5].forEach(function (attempt, index) {
        var gate = t(attempt[1]);
        made.push(element("details", {},
          element("summary", {}, "Attempt " + (index + 1) + ", " + t(attempt[0]) + (attempt[2] >= 0
            ? ", " + number(attempt[2]) + " tokens (" + number(attempt[3]) + " forced)" : "") + " ", gate ? badge(gate) : null),
          t(attempt[4]) ? element("p", { "class": "quiet", text: "Fails: " + t(attempt[4]) }) : null,
          element("pre", { text: t(attempt[5]) })));
      });
      return made;
    },
    times: function (part) {
      var all = Number(t(part[2])) || 1;
      return [title(t(part[1])), meter(part[3].map(function (time) { return [t(time[0]), Number(t(time[1])) / all]; })),
        legend([["", t(part[2]) + " ms in all"]].concat(part[3].filter(function (time) { return Number(t(time[1])) > 0; })
          .map(function (time) { return [t(time[0]), t(time[0]) + " " + t(time[1]) + " ms"]; })))];
    }
  };

  /** Shows what a check's verdict rests on. */
  function point(check, scroll) {
    var first = null;
    article.querySelectorAll("mark").forEach(function (mark) {
      var on = mark.dataset.checks.split(" ").includes(String(check));
      mark.classList.toggle("active", on);
      if (on && !first) { first = mark; }
    });
    article.querySelectorAll("[data-check]").forEach(function (each) { each.classList.toggle("active", each.dataset.check === String(check)); });
    if (first && scroll) { first.scrollIntoView({ block: "center" }); }
    return first;
  }
  article.addEventListener("click", function (event) {
    var mark = event.target.closest("mark");
    if (mark) {
      var check = mark.dataset.checks.split(" ")[0];
      point(check, false);
      article.querySelector("[data-check=\"" + check + "\"]").scrollIntoView({ block: "nearest" });
    }
  });

  function open(index, focus) {
    opened = index;
    var row = rows[index];
    var details = JSON.parse(lines[index]);
    outcomes = [];
    details.forEach(function (part) {
      if (t(part[0]) === "checks") {
        outcomes = part[4].map(function (check) { return { name: t(check[0]), outcome: t(check[1]) }; });
      }
    });
    var back = element("button", { type: "button", "class": "back", text: "← Rows" });
    var previous = element("button", { type: "button", text: "Previous", "aria-keyshortcuts": "k" });
    var next = element("button", { type: "button", text: "Next", "aria-keyshortcuts": "j" });
    previous.disabled = at <= 0;
    next.disabled = at + 1 >= shown.length;
    back.addEventListener("click", close);
    previous.addEventListener("click", function () { move(at - 1); });
    next.addEventListener("click", function () { move(at + 1); });
    var ways = element("div", { "class": "ways", role: "group", "aria-label": "The same prompt, otherwise" });
    for (var i = index; i >= 0 && rows[i][0] === row[0]; i--) { var first = i; }
    for (i = first; i < rows.length && rows[i][0] === row[0]; i++) { ways.append(way(i, i === index)); }
    var middle = [];
    for (var c = 1; c < columns - 1; c++) { middle.push(head.columns[c] + " " + value(index, c)); }
    var all = [element("div", { "class": "bar" }, back, element("span", { "class": "grow" }), previous, next),
      element("h2", { id: "title", tabindex: "-1" }, row[0], badge(verdict(index)), element("span", { "class": "quiet", text: middle.join(" · ") })), ways];
    details.forEach(function (part) { all = all.concat(parts[t(part[0])](part)); });
    article.replaceChildren.apply(article, all);
    article.scrollTop = 0;
    document.body.classList.add("open");
    if (focus) { document.getElementById("title").focus(); }
    remember();
  }
  function way(index, current) {
    var button = element("button", { type: "button", "aria-current": current }, value(index, 1) + " ", badge(verdict(index)));
    button.addEventListener("click", function () {
      var position = shown.indexOf(index);
      if (position >= 0) { at = position; reveal(); draw(); }
      open(index, true);
    });
    return button;
  }
  function invite() {
    article.replaceChildren(element("p", { "class": "empty", text: shown.length
      ? "Choose a row to see how its answer came about."
      : "No row has all of this. Search for less, or choose otherwise." }));
  }
  function close() {
    if (opened >= 0) {
      opened = -1;
      document.body.classList.remove("open");
      invite();
      list.focus();
      remember();
    }
  }

  // Keys

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    var field = event.target.closest("input, select");
    if (field) {
      if (event.key === "Escape") { list.focus(); } else if (event.target === words && event.key === "ArrowDown") { list.focus(); } else { return; }
      event.preventDefault();
      return;
    }
    var inRow = article.contains(event.target);
    var page = Math.max(1, Math.floor(list.clientHeight / HEIGHT) - 1);
    switch (event.key) {
      case "/": words.focus(); words.select(); break;
      case "j": move(at + 1); break;
      case "k": move(at - 1); break;
      case "Escape": close(); break;
      default:
        if (inRow) { return; }
        switch (event.key) {
          case "ArrowDown": move(at + 1); break;
          case "ArrowUp": move(at - 1); break;
          case "PageDown": move(at + page); break;
          case "PageUp": move(at - page); break;
          case "Home": move(0); break;
          case "End": move(shown.length - 1); break;
          case "Enter": if (event.target.closest("button")) { return; } if (at >= 0) { open(shown[at], true); } break;
          default: return;
        }
    }
    event.preventDefault();
  });

  // What is chosen is in the address, so that it can be sent to somebody

  function remember() {
    var chosen = new URLSearchParams();
    selects.forEach(function (select, column) {
      if (select.value !== "-1") { chosen.set(head.columns[column], head.values[column][select.value]); }
    });
    if (words.value) { chosen.set("words", words.value); }
    if (opened >= 0) { chosen.set("row", rows[opened][0] + " " + value(opened, 1)); }
    var text = chosen.toString();
    try { history.replaceState(null, "", text ? "#" + text : location.pathname + location.search); } catch (refused) { /* some browsers keep no address of local files */ }
  }
  function recall() {
    var chosen = new URLSearchParams(location.hash.slice(1));
    selects.forEach(function (select, column) { select.value = String(head.values[column].indexOf(chosen.get(head.columns[column]))); });
    words.value = chosen.get("words") || "";
    var wanted = chosen.get("row");
    filter();
    if (wanted) {
      var found = rows.findIndex(function (row, index) { return row[0] + " " + value(index, 1) === wanted; });
      if (found >= 0) {
        at = Math.max(0, shown.indexOf(found));
        reveal();
        draw();
        open(found, narrow());
      }
    }
  }
  addEventListener("hashchange", recall);
  recall();
  if (opened < 0) { list.focus(); }
  document.documentElement.dataset.ready = Math.round(performance.now());
})();
