/** Runs with the method threads, killed at random moments. */
import { testKills } from "./test-kills.ts";

testKills("threads");
