use crowd::*;
fn main(){
 for f in std::env::args().skip(1){
  let b=std::fs::read(&f).unwrap();
  let base=Instance::from_json(&b).unwrap();
  let mut sc=vec!["base".to_string()];
  sc.extend(base.draft().closures.iter().map(|c|c.id.clone()));
  for s in sc { let i=base.closed(&s).unwrap();
   let t=std::time::Instant::now();
   let d=bound(&i,Mode::Dismissal,&mut||true).unwrap();
   let td=t.elapsed();
   let e=bound(&i,Mode::Evacuation,&mut||true).unwrap();
   let c=all_at_once(&i).unwrap(); println!("SFPE {} {}",c.steps,c.bottlenecks.iter().map(|b|format!("{} {:.1} {}; ",i.draft().edges[b.edge].id,b.peak_queue,b.congested_s)).collect::<String>());
   println!("{f} {s} d={} e={} {:?} {:?} cut {:?}",d.steps,e.steps,td,t.elapsed()-td,d.min_cut.iter().map(|c|(&i.draft().edges[c.edge].id,c.from,c.until)).collect::<Vec<_>>());
  }
 }
}
