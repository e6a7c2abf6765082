/* What no module can say, because modules are what is missing: they do not load from a file,
   in old browsers, and from a server that leaves one out. A plain script, for that reason. */
(function () {
  var problem = null;
  if (location.protocol === 'file:') problem = 'local-file';
  else if (!('noModule' in document.createElement('script'))) problem = 'old-browser';
  var late = document.getElementById('late');
  var shown = problem && document.getElementById(problem);
  if (shown) {
    shown.removeAttribute('hidden');
    /** @type {Element} */ (document.getElementById('chooser')).setAttribute('hidden', '');
    if (late) late.remove();
  }

  // A module that is missing or broken: said at once, not after the seconds of the style.
  addEventListener('error', function (event) {
    var of = /** @type {Event} */ (event).target; // a script that did not come, or the window
    if (of !== window && !(of instanceof HTMLScriptElement)) return;
    if (late) late.classList.add('now');
  }, true);
}());
