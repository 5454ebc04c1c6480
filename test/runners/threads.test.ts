/** The method threads keeps the promises of all methods. */
import { testMethod } from "./conformance.ts";

testMethod("threads");
