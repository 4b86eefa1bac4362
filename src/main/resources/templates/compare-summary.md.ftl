<#ftl output_format="Markdown">
<#import "compare.ftl" as c>
<@c.opening/>

## Metrics

<@c.judged/>
<@c.told/>
