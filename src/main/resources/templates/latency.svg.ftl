<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 52>
<#list lines as line>
<text x="16" y="${line.y + 4}">${line.name}</text>
<#list line.bars as bar>
<rect class="${bar.stage}" x="${bar.x}" y="${line.y - 9}" width="${bar.width}" height="18"><title>${bar.text}</title></rect>
</#list>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
<#list stages as stage>
<rect class="${stage}" x="${16 + stage?index * 130}" y="${bottom + 30}" width="11" height="11"/>
<text class="label" x="${32 + stage?index * 130}" y="${bottom + 40}">${(stage == "mask")?then("mask, sampling", stage)}</text>
</#list>
<text class="label" x="704" y="${bottom + 40}" text-anchor="end">milliseconds a row, median</text>
</@f.figure>
