// Sends what the link has behind its "#", which no address and no log ever shows.

const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const token = location.hash.slice(1);
history.replaceState(null, "", "/open");

/** @param {string} text */
function say(text) {
  said.textContent = text;
}

if (token === "") {
  say("Open the link that imgvet printed. Each link works once.");
} else {
  try {
    const answer = await fetch("/open", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    const told = await answer.json();
    if (answer.ok) {
      location.replace(told.next);
    } else {
      say(`${told.reason} ${told.hint}`);
    }
  } catch {
    say("imgvet does not answer. Is the window in which you started it still open?");
  }
}
