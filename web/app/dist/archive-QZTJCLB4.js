import{a,b}from"./chunk-YNABSO3G.js";import"./chunk-BKRWUEQQ.js";import"./chunk-GXIZBIMY.js";export{a as Archive,b as Join};
