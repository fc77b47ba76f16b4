import{a,b}from"./chunk-CCAGTWI7.js";import"./chunk-M433YZZW.js";import"./chunk-LJ43D7RX.js";export{a as Archive,b as Join};
