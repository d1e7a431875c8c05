/** The page before its script runs. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inspector</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script type="module" src="script.js"></script>
<nav aria-label="Threads">
  <header>
    <h1>Threads</h1>
    <p id="read">reading</p>
    <input id="search" type="search" placeholder="Search" aria-label="Search threads">
    <select id="status" aria-label="Status"></select>
    <p id="count"></p>
    <p id="list-problem" role="alert"></p>
  </header>
  <ul id="list"></ul>
</nav>
<p id="none">Choose a thread: <kbd>j</kbd> <kbd>k</kbd> <kbd>Enter</kbd><br>
  Search: <kbd>/</kbd><br>Back: <kbd>Esc</kbd></p>
<main>
  <header>
    <a id="back" href="#">Threads</a>
    <h2 id="title" tabindex="-1"></h2>
    <p id="facts"></p>
  </header>
  <div id="scroll" tabindex="0" role="region" aria-label="Events">
    <p class="event head" aria-hidden="true"><span>time</span><span class="figure">step</span>
      <span>who</span><span>what</span><span class="figure">took</span>
      <span class="figure">in / cached / out</span><span class="figure">cost</span></p>
    <ol id="events"></ol>
    <div id="draft" hidden></div>
    <button id="newest" hidden>New events below</button>
  </div>
  <section id="acts" aria-label="Act">
    <div id="request"></div>
    <p id="problem" role="alert"></p>
    <div id="always"></div>
  </section>
</main>
<dialog id="dialog"></dialog>
<noscript>This page needs JavaScript.</noscript>
`;
