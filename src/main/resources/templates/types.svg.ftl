<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34 top=66>
<#list legend as entry>
<rect class="${entry.style}" x="${entry.x}" y="46" width="12" height="12"/>
<text class="label" x="${entry.x + 18}" y="56">${entry.name}</text>
</#list>
<#list bars as bar>
<path class="${bar.style}" d="M${bar.x} ${bar.y}V${bar.y + 14}H${bar.end}V${bar.y}Z"/>
</#list>
<#list lines as line>
<text class="label" x="16" y="${line.y + 4}">${line.name}</text>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
</@f.figure>
