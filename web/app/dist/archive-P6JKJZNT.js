import{a,b}from"./chunk-65DLN7GP.js";import"./chunk-B434XQ4B.js";import"./chunk-PKEDU3GV.js";export{a as Archive,b as Join};
