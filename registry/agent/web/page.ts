/** The chat page. Edit its texts. `folder` is where it finds its script and its style. */
export const page = (folder: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport"
      content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
    <title>Agent</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${folder}/style.css">
    <script type="module" src="${folder}/script.js"></script>
  </head>
  <body>
    <header>
      <h1>Agent</h1>
      <button id="fresh">New chat</button>
      <button id="leave" hidden>Sign out</button>
    </header>
    <main id="chat" tabindex="0" aria-label="Chat">
      <div>
        <h2 id="hello" hidden>Hello. What can I do for you?</h2>
        <div id="log" role="log" aria-label="Messages"></div>
        <div id="draft" class="agent" dir="auto"></div>
      </div>
    </main>
    <footer id="foot">
      <p id="status" role="status"><noscript>This page needs JavaScript.</noscript></p>
      <button id="stop" hidden>Stop</button>
      <form id="composer">
        <textarea id="say" rows="1" aria-label="Message" enterkeyhint="send"></textarea>
        <button class="main">Send</button>
      </form>
      <p id="problem" role="alert"></p>
    </footer>
    <form id="entry" hidden>
      <h2>Sign in</h2>
      <p id="refusal" role="alert"></p>
      <label>Access token
        <input id="token" type="password" required pattern="\\s*[!-~]+\\s*"
          autocomplete="current-password" aria-describedby="refusal">
      </label>
      <button class="main">Sign in</button>
    </form>
    <template id="request">
      <h2></h2>
      <p></p>
      <dl></dl>
      <p class="note"></p>
      <div class="answers">
        <form><button class="main">Approve</button></form>
        <form class="deny">
          <details>
            <summary>Deny</summary>
            <label>Reason<input required></label>
            <button>Send the denial</button>
          </details>
        </form>
      </div>
      <p class="outcome" role="status"></p>
    </template>
  </body>
</html>
`;
