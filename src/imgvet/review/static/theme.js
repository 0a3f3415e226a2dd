// Light or dark, before anything is painted: what the person has chosen here, or else what the system says.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("imgvet.theme") || "";
    } catch {
      return "";
    }
  };
  const show = () => {
    document.documentElement.dataset.theme = chosen() || (dark.matches ? "dark" : "light");
  };
  show();
  dark.addEventListener("change", show);
  window.addEventListener("storage", show);
  window.addEventListener("imgvet:theme", show);
})();
