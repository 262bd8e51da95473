// Asks again for a part of the page that did not come. On a phone in bad coverage, or one that changes network meanwhile,
// a single file that is lost would leave the page empty or without its looks; the browser does not ask for it twice. A
// script of its own, for the modules are what is missing.

(() => {
  /** Milliseconds before the next try, the last one again and again. */
  const PAUSES = [500, 1000, 2000, 4000, 8000];
  /** The page is loaded again no more often than this: a file that never comes is no matter of the network. */
  const MOST = 5;

  const tries = Number(history.state?.tries ?? 0);
  let going = false;
  let restyled = 0;

  /** @param {number} n */
  const pause = (n) => PAUSES[Math.min(n, PAUSES.length - 1)];

  /** Loads the page again as soon as the server answers: before, the browser's own words would take the place of ours. */
  function again() {
    document.documentElement.classList.add("failed");
    if (going || tries >= MOST) return;
    going = true;
    document.documentElement.classList.add("again");
    ask(tries);
  }

  /** @param {number} asked so many times */
  function ask(asked) {
    setTimeout(async () => {
      try {
        const answer = await fetch(location.pathname, { cache: "no-store", credentials: "omit" });
        if (!answer.ok) throw new Error(`${answer.status}`);
      } catch {
        return ask(asked + 1);
      }
      history.replaceState({ tries: tries + 1 }, ""); // the address stays, with the link's secret in it
      location.reload();
    }, pause(asked));
  }

  /** The page works without its looks meanwhile. @param {HTMLLinkElement} sheet */
  function restyle(sheet) {
    setTimeout(() => sheet.replaceWith(sheet.cloneNode()), pause(restyled++));
  }

  addEventListener("error", (event) => {
    const { target } = event;
    if (target instanceof HTMLScriptElement) again();
    else if (target instanceof HTMLLinkElement && target.rel === "stylesheet") restyle(target);
  }, { capture: true }); // it does not bubble
  addEventListener("incomplete", again); // said by app.js when it came, but not all that it needs
})();
