import{a,b}from"./chunk-AUOTXNQI.js";import"./chunk-6HNXTYGT.js";import"./chunk-POHTYCS3.js";export{a as Archive,b as Join};
