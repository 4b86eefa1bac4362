<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34>
<#list panels as panel>
<path class="${panel.style}" d="${panel.path}"/>
<line class="axis" x1="190" y1="${panel.bottom}" x2="680" y2="${panel.bottom}"/>
<text x="16" y="${panel.bottom - 62}">${panel.name}</text>
<#list panel.lines as line>
<text class="label" x="16" y="${panel.bottom - 42 + 16 * line?index}">${line}</text>
</#list>
</#list>
</@f.figure>
