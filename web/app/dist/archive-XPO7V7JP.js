import{a,b}from"./chunk-24VMMGO4.js";import"./chunk-P35UZPAD.js";import"./chunk-HLZPETTG.js";export{a as Archive,b as Join};
