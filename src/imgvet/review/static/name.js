// The page that asks for the person's name, once.

import { Refused, post } from "./api.js";
import { at } from "./dom.js";

at("name-form").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const problem = at("name-problem");
  problem.textContent = "";
  try {
    const told = await post("/api/name", { name: at("name").value });
    location.assign(told.next);
  } catch (error) {
    problem.textContent = error instanceof Refused ? `${error.reason} ${error.hint}`.trim() : "That could not be saved.";
    at("name").focus();
  }
});
/** @type {HTMLButtonElement} */ (at("continue")).disabled = false; // until now Enter would have sent the name elsewhere
