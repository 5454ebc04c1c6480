// What `npm start` runs: the demo, or downspout with the arguments that were given.
if (process.argv.length === 2) process.argv.push("demo");
await import("../bin/downspout.js");
