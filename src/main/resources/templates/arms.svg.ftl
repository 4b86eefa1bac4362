<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34>
<#list lines as line>
<text x="16" y="${line.y + 4}">${line.name}</text>
<line class="interval" x1="${line.low}" y1="${line.y}" x2="${line.high}" y2="${line.y}"/>
<circle class="mark" cx="${line.x}" cy="${line.y}" r="5"/>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
</@f.figure>
