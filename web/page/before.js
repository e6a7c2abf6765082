/* A plain script, because modules are what does not load from a file or in old browsers. */
(function () {
  var problem = null;
  if (location.protocol === 'file:') problem = 'local-file';
  else if (!('noModule' in document.createElement('script'))) problem = 'old-browser';
  if (!problem) return;
  /** @type {Element} */ (document.getElementById(problem)).removeAttribute('hidden');
  /** @type {Element} */ (document.getElementById('chooser')).setAttribute('hidden', '');
}());
