/** Runs with the method processes, killed at random moments. */
import { testKills } from "./test-kills.ts";

testKills("processes");
