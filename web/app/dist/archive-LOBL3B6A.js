import{a,b}from"./chunk-YSOU6SXI.js";import"./chunk-F5HRRFOB.js";import"./chunk-D2HVJ67D.js";export{a as Archive,b as Join};
