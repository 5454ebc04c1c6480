/** Runs with the method async, killed at random moments. */
import { testKills } from "./test-kills.ts";

testKills("async");
