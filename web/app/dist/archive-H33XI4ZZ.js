import{a,b}from"./chunk-ESSBGPOX.js";import"./chunk-G2R5YFUQ.js";import"./chunk-F25VHFZD.js";export{a as Archive,b as Join};
