<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 52>
<style>
  .whole { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { .whole { stroke: #e6edf3 } }
</style>
<#list lines as line>
<text x="16" y="${line.y + 4}">${line.name}</text>
<#list line.bars as bar>
<rect class="${bar.stage}" x="${bar.x}" y="${line.y - 9}" width="${bar.width}" height="18"><title>${bar.text}</title></rect>
</#list>
<line class="whole" x1="${line.whole}" y1="${line.y - 12}" x2="${line.whole}" y2="${line.y + 12}"/>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
<#list stages as stage>
<rect class="${stage}" x="${[16, 96, 228, 314][stage?index]}" y="${bottom + 30}" width="11" height="11"/>
<text class="label" x="${[16, 96, 228, 314][stage?index] + 16}" y="${bottom + 40}">${(stage == "mask")?then("mask, sampling", stage)}</text>
</#list>
<line class="whole" x1="396" y1="${bottom + 29}" x2="396" y2="${bottom + 42}"/>
<text class="label" x="405" y="${bottom + 40}">whole row</text>
<text class="label" x="704" y="${bottom + 40}" text-anchor="end">medians, milliseconds</text>
</@f.figure>
