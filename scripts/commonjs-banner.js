// ES5, as it stands at the top of each CommonJS build (scripts/esbuild-options.mjs).
var nodeRequire =
  typeof process === "object" && process.versions && process.versions.node && typeof module === "object"
    ? module["req" + "uire"]
    : undefined;
nodeRequire = nodeRequire && nodeRequire.bind(module);
var moduleUrl = (function () {
  if (!nodeRequire || typeof __dirname !== "string") {
    var script = typeof document === "object" && document ? document.currentScript : null;
    return (script && script.src) || (typeof location === "object" && location ? location.href : "file:///");
  }
  var folder = process.platform === "win32" ? "/" + __dirname.replace(/\\/g, "/") : __dirname;
  return "file://" + encodeURI(folder).replace(/^\/\/\//, "").replace(/[?#]/g, encodeURIComponent) + "/../index.js";
})();
