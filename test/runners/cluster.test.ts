/** The method cluster keeps the promises of all methods, with real workers over a real Redis. */
import { testMethod } from "./conformance.ts";

testMethod("cluster");
