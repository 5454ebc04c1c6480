/** The method async keeps the promises of all methods. */
import { testMethod } from "./conformance.ts";

testMethod("async");
