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

  // Nothing is drawn, and no other script runs, before the style has come.
  setTimeout(function () {
    var styles = document.querySelectorAll('link[rel=stylesheet]');
    for (var i = 0; i < styles.length; i += 1) {
      if (!(/** @type {HTMLLinkElement} */ (styles[i])).sheet) styles[i].remove();
    }
  }, 9000);
}());
