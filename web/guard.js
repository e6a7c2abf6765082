/* Ways out that no content security policy closes. A plain script, because it has to run
   before all modules. What it cannot close is told in privacy.html. */
(function () {
  var script = /** @type {HTMLScriptElement} */ (document.currentScript);
  var site = new URL('./', script.src);
  /** @type {any} */
  var all = window;

  /** @param {string} what */
  function tell(what) {
    console.warn(what + ' was stopped: this page does not use it.');
  }

  // Another address can carry anything, so the page only goes to pages of its own folder,
  // without a query. Browsers before 2026 do not tell where a page goes.
  if (all.navigation) {
    all.navigation.addEventListener('navigate', function (/** @type {any} */ event) {
      var to = new URL(event.destination.url);
      var own = to.origin === site.origin && to.pathname.indexOf(site.pathname) === 0
        && to.search === '' && event.formData === null;
      var saves = event.downloadRequest !== null && to.protocol === 'blob:';
      // Going back and loading again send nothing that was not sent before.
      var again = event.navigationType === 'reload' || event.navigationType === 'traverse';
      if (own || saves || again || event.destination.sameDocument) return;
      event.preventDefault();
      tell('A navigation');
    });
  }

  // Browsers fetch a service worker past the one that is there, so the address of another
  // could carry something to this site's own server.
  var workers = all.ServiceWorkerContainer && all.ServiceWorkerContainer.prototype;
  if (workers) {
    var register = workers.register;
    workers.register = function (/** @type {any} */ address, /** @type {any} */ options) {
      if (new URL(address, document.baseURI).href === new URL('sw.js', site).href) {
        return register.call(this, address, options);
      }
      tell('Another service worker');
      return Promise.reject(new Error('This site has one service worker, sw.js.'));
    };
  }

  // WebRTC obeys no policy at all. Frames would bring it back, and are not used here.
  ['RTCPeerConnection', 'webkitRTCPeerConnection'].forEach(function (name) {
    if (!(name in all)) return;
    Object.defineProperty(all, name, { value: function () {
      tell('WebRTC');
      throw new Error('WebRTC is not used here.');
    } });
  });
  document.addEventListener('load', function (event) {
    if (!(event.target instanceof HTMLIFrameElement)) return;
    event.target.remove();
    tell('A frame');
  }, true);
}());
