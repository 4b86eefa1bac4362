<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 54>
<style>
  .line { fill: none; stroke-width: 2 } .other { stroke-dasharray: 5 4; stroke-width: 1.5 }
  .f0 { stroke: #0969da } .f1 { stroke: #1a7f37 } .f2 { stroke: #bc4c00 }
  circle.f0 { fill: #0969da } circle.f1 { fill: #1a7f37 } circle.f2 { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    .f0 { stroke: #4493f8 } .f1 { stroke: #3fb950 } .f2 { stroke: #db6d28 }
    circle.f0 { fill: #4493f8 } circle.f1 { fill: #3fb950 } circle.f2 { fill: #db6d28 }
  }
</style>
<#list heights as height>
<line class="axis" x1="70" y1="${height.y}" x2="520" y2="${height.y}"/>
<text class="label" x="62" y="${height.y}" dy="4" text-anchor="end">${height.text}</text>
</#list>
<#list lines as line>
<#if line.path?has_content>
<path class="line ${line.style}" d="${line.path}"/>
</#if>
<#list line.marks as mark>
<circle class="${line.style}" cx="${mark.x}" cy="${mark.y}" r="2.5"><title>${mark.text}</title></circle>
</#list>
<path class="line ${line.style}" d="M534 ${line.y}h20"/>
<text class="label" x="560" y="${line.y + 4}">${line.name}</text>
</#list>
<text class="label" x="295" y="${bottom + 40}" text-anchor="middle">prompts seen</text>
</@f.figure>
