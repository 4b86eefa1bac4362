<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 48>
<style>
  .line { fill: none; stroke-width: 2 } .rule { fill: none; stroke: #59636e; stroke-dasharray: 4 4 }
  .before { stroke: #bc4c00 } .between { stroke: #8250df; stroke-dasharray: 2 3 } .after { stroke: #0969da } .dot { fill-opacity: .25 }
  .dot.before { fill: #bc4c00 } .dot.between { fill: #8250df; stroke-dasharray: none } .dot.after { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .rule { stroke: #9198a1 } .before { stroke: #db6d28 } .between { stroke: #ab7df8 } .after { stroke: #4493f8 }
    .dot.before { fill: #db6d28 } .dot.between { fill: #ab7df8 } .dot.after { fill: #4493f8 }
  }
</style>
<#list yTicks as tick>
<line class="axis" x1="80" y1="${tick.x}" x2="500" y2="${tick.x}"/>
<text class="label" x="72" y="${tick.x}" dy="4" text-anchor="end">${tick.text}</text>
</#list>
<path class="rule" d="${rule}"/>
<#list lines as line>
<path class="line ${line.style}" d="${line.path}"/>
<#list line.marks as mark>
<circle class="dot ${line.style}" cx="${mark.x}" cy="${mark.y}" r="${mark.r}"><title>${mark.text}</title></circle>
</#list>
</#list>
<#list lines as line>
<path class="line ${line.style}" d="M520 ${76 + 84 * line?index}h24"/>
<#list line.texts as text>
<text<#if text?index gt 0> class="label"</#if> x="552" y="${80 + 84 * line?index + 18 * text?index}">${text}</text>
</#list>
</#list>
<#if ruleText?has_content>
<path class="rule" d="M520 ${76 + 84 * lines?size}h24"/>
<text class="label" x="552" y="${80 + 84 * lines?size}">${ruleText}</text>
</#if>
<text class="label" transform="rotate(-90 24 230)" x="24" y="230" text-anchor="middle">${yLabel}</text>
<text class="label" x="290" y="${bottom + 38}" text-anchor="middle">${xLabel}</text>
</@f.figure>
