<#ftl output_format="HTML">
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rows of ${run}</title>
<style>${style?no_esc}</style>
</head>
<body>
<header>
<div class="top">
<h1><span class="name">${run}</span> <span class="badge" data-outcome="${verdict}">${verdict}</span></h1>
<p class="keys" aria-hidden="true"><kbd>/</kbd> search <kbd>j</kbd><kbd>k</kbd> move <kbd>Enter</kbd> open <kbd>Esc</kbd> back</p>
</div>
<p class="about">${about}</p>
<form role="search" id="filters" autocomplete="off">
<label class="search"><span>Search</span><input id="words" type="search" placeholder="prompt, answer, id, reason" aria-keyshortcuts="/" spellcheck="false"></label>
</form>
</header>
<main>
<section class="rows" aria-label="Rows">
<p class="count"><span id="count" role="status" aria-live="polite"></span> <button type="button" id="clear" hidden>Clear</button></p>
<div id="list" role="listbox" tabindex="0" aria-label="Rows of results"><div id="space"></div></div>
</section>
<article id="row" tabindex="-1" aria-label="Row"><p class="empty">Choose a row to see how its answer came about.</p></article>
</main>
<noscript><p>This page needs JavaScript. The figures are in benchmark.md.</p></noscript>
<script type="application/json" id="head">${head?no_esc}</script>
<script type="application/json" id="texts">${texts?no_esc}</script>
<script type="application/json" id="index">${index?no_esc}</script>
<script type="application/x-ndjson" id="details">${details?no_esc}</script>
<script>${script?no_esc}</script>
</body>
</html>
