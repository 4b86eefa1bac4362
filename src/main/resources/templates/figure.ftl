<#ftl output_format="XML">
<#-- What every figure shares: size, colours for light and dark, title, axis. -->
<#macro figure height top=44>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" width="720" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${title}</title>
<desc id="description">${description}</desc>
<style>
  svg { font: 13px system-ui, sans-serif; background: #ffffff }
  text { fill: #1f2328 } .axis { stroke: #d0d7de } .label { fill: #59636e; font-size: 12px } .head { font-size: 15px; font-weight: 600 }
  .mark { fill: #0969da } .interval { stroke: #0969da; stroke-width: 2 }
  .route { fill: #8250df } .mask { fill: #1a7f37 } .model { fill: #0969da } .gate { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 } text { fill: #e6edf3 } .axis { stroke: #3d444d } .label { fill: #9198a1 }
    .mark { fill: #4493f8 } .interval { stroke: #4493f8 }
    .route { fill: #ab7df8 } .mask { fill: #3fb950 } .model { fill: #4493f8 } .gate { fill: #db6d28 }
  }
</style>
<text class="head" x="16" y="26">${title}</text>
<#list ticks as tick>
<line class="axis" x1="${tick.x}" y1="${top}" x2="${tick.x}" y2="${bottom}"/>
<text class="label" x="${tick.x}" y="${bottom + 18}" text-anchor="middle">${tick.text}</text>
</#list>
<#nested>
</svg>
</#macro>
