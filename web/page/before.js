/* What no module can say, because modules are what is missing: they do not load from a file,
   in old browsers, and from a server that leaves one out. A plain script, for that reason,
   and an async one, because all others wait for the style. */
(function () {
  /** @param {string} id */
  function element(id) {
    return document.getElementById(id);
  }

  function look() {
    var problem = null;
    if (location.protocol === 'file:') problem = 'local-file';
    else if (!('noModule' in document.createElement('script'))) problem = 'old-browser';
    var shown = problem && element(problem);
    if (!shown) return;
    shown.removeAttribute('hidden');
    /** @type {Element} */ (element('chooser')).setAttribute('hidden', '');
    /** @type {Element} */ (element('late')).remove();
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', look);
  else look();

  // A module that is missing or broken: said at once, not after the seconds of the style.
  addEventListener('error', function (event) {
    var of = /** @type {Event} */ (event).target; // a script that did not come, or the window
    if (of !== window && !(of instanceof HTMLScriptElement)) return;
    var late = element('late');
    if (late) late.classList.add('now');
  }, true);

  // Nothing is drawn, and no other script runs, before the style has come. Without it the page
  // is plain, but works. Firefox goes on waiting for what was taken away, until it is stopped.
  setTimeout(function () {
    var styles = document.querySelectorAll('link[rel=stylesheet]');
    /** @type {Element[]} */
    var late = [].filter.call(styles, function (/** @type {HTMLLinkElement} */ style) {
      return !style.sheet;
    });
    late.forEach(function (style) { style.remove(); });
    if (late.length) setTimeout(function () { if (element('late')) window.stop(); }, 500);
  }, 20000);
}());
