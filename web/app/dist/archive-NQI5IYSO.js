import{a,b}from"./chunk-XGDJ2F6I.js";import"./chunk-VZGWR5UW.js";import"./chunk-7FIK6IPY.js";export{a as Archive,b as Join};
