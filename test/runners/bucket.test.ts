/** The methods keep their promises when the files go to a bucket, one process and a cluster alike. */
import { useBucket } from "./lab.ts";
import { testLimits } from "./limits.ts";
import { testRecords } from "./records.ts";
import { testStopping } from "./stopping.ts";
import { testDeaths } from "./worker-deaths.ts";

useBucket();
for (const method of ["async", "threads"] as const) {
	testRecords(method);
	testStopping(method);
}
// What a worker of a cluster has of a file that is not complete lies on its own machine.
testRecords("cluster");
testLimits("cluster");
testDeaths("cluster", { sharesParts: false });
