import{a,b}from"./chunk-KY4HXBLQ.js";import"./chunk-B2FPREZM.js";import"./chunk-QRVF6MTM.js";export{a as Archive,b as Join};
