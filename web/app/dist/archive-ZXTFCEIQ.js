import{a,b}from"./chunk-4ZOJ2FJO.js";import"./chunk-37G45VC7.js";import"./chunk-QSKHCN4E.js";export{a as Archive,b as Join};
