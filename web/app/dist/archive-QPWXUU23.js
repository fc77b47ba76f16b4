import{a,b}from"./chunk-VJTBXMW5.js";import"./chunk-B7YX3SG4.js";import"./chunk-U5LHXB4J.js";export{a as Archive,b as Join};
